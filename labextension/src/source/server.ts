import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { FailureAnswer } from '../wire';
import { Refusal } from './source';

/** The Jupyter server runs, and knows nothing of our routes. */
export const NO_EXTENSION = 'ServerExtensionMissing';

/** Call a route of the server extension. Login and XSRF token are the affair of `ServerConnection`. */
export async function callServer(settings: ServerConnection.ISettings, route: string, init: RequestInit = {}): Promise<Response> {
  const url = URLExt.join(settings.baseUrl, 'durable-workbench', route);
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(url, init, settings);
  } catch (error) {
    const hint = 'see whether it still runs and can be reached';
    throw new Refusal({ name: 'NetworkError', message: `The server does not answer: ${(error as Error).message}`, hint });
  }
  if (!response.ok) {
    throw await refusalOf(response);
  }
  return response;
}

/** Ask a route for JSON; with a body it is a POST. */
export async function callForJson<Answer>(settings: ServerConnection.ISettings, route: string, body?: object): Promise<Answer> {
  const response = await callServer(settings, route, body && { method: 'POST', body: JSON.stringify(body) });
  return (await response.json()) as Answer;
}

async function refusalOf(response: Response): Promise<Refusal> {
  const said = (await response.json().catch(() => undefined)) as Partial<FailureAnswer> | undefined;
  if (said?.error?.message) {
    return new Refusal(said.error);
  }
  if (response.status === 404) {
    return new Refusal({
      name: NO_EXTENSION,
      message: 'The server extension of Durable Workbench is not installed, or is switched off',
      hint: 'in the environment of the server: pip install durable-workbench, then look at: jupyter server extension list'
    });
  }
  const hint = response.status === 403 ? 'log in again' : '';
  return new Refusal({ name: 'ServerError', message: `The server refused: ${response.status} ${response.statusText}`, hint });
}
