import { safetyBadge, statusBadge } from '../parts/badge';
import { button } from '../parts/button';
import { element, fill } from '../parts/element';
import { glyph } from '../parts/glyph';
import { countText } from '../parts/units';
import type { Run } from '../source/run';
import type { HelloAnswer, VerdictAnswer } from '../wire';
import { titleOf } from '../decide/option';
import type { Permit } from './permit';

export interface HeadlineActs {
  runs: () => void;
  show: (tab: string) => void;
}

const ISOLATION = {
  jail: 'Replays run in a jail: no network, no files to write',
  hook: 'Replays run behind a tripwire that stops calls to the outside',
  none: 'Nothing but the structure stands between replays and the outside'
};

/** The first line: which run, how it stands, and what may be done. */
export class Headline {
  readonly node = element('header', { class: 'dw-headline' });
  private hello: HelloAnswer | undefined;
  private run: Run | undefined;
  private verdict: VerdictAnswer | undefined;

  constructor(
    private readonly acts: HeadlineActs,
    private readonly permit: Permit
  ) {}

  greet(hello: HelloAnswer): void {
    this.hello = hello;
    this.draw();
  }

  open(run: Run | undefined): void {
    [this.run, this.verdict] = [run, undefined];
    this.draw();
  }

  judge(verdict: VerdictAnswer): void {
    this.verdict = verdict;
    this.draw();
  }

  draw(): void {
    fill(this.node, ...(this.run ? this.ofRun(this.run) : this.ofRecording()), element('span', { class: 'dw-grow' }), ...this.permit.invitation(), ...this.badge());
  }

  /** What stands behind replays; where nothing is ever run, that. */
  private badge(): HTMLElement[] {
    if (!this.hello) {
      return [];
    }
    const { isolation, may } = this.hello;
    const [word, title] = may.replay ? [`isolation: ${isolation}`, ISOLATION[isolation]] : ['reads only', 'Nothing is run here: recordings are read, no more'];
    return [element('span', { class: `dw-isolation dw-isolation-${isolation}`, title, tabindex: 0 }, glyph('shield'), word)];
  }

  private ofRecording(): Node[] {
    const { hello } = this;
    const logs = hello?.logs ?? [];
    return [
      element('strong', {}, logs.length === 1 ? (logs[0]?.origin.split('/').at(-1) ?? '') : countText(hello?.log_count ?? 0, 'log')),
      element('span', {}, countText(hello?.run_count ?? 0, 'run')),
      ...troubles(hello)
    ];
  }

  private ofRun(run: Run): Node[] {
    const { headline } = run;
    const back = (this.hello?.run_count ?? 1) > 1 ? [button({ name: 'All runs', text: 'runs', glyph: 'list', key: 'Backspace' }, this.acts.runs)] : [];
    const facts = [
      headline.error_type && element('span', { class: 'dw-error', title: headline.error }, headline.error_type),
      headline.recoveries ? element('span', {}, countText(headline.recoveries, 'recovery', 'recoveries')) : '',
      run.findings.length ? this.link('hazards', countText(run.findings.length, 'hazard')) : ''
    ].filter(fact => fact !== '');
    return [
      ...back,
      element('strong', { class: 'dw-run-id' }, headline.run_id),
      element('span', { class: 'dw-faint' }, headline.workflow),
      statusBadge(headline.status),
      ...(facts as Node[]),
      ...this.verdictLink(),
      ...troubles(this.hello)
    ];
  }

  private verdictLink(): Node[] {
    const option = this.verdict?.options.find(each => each.preferred) ?? this.verdict?.options[0];
    if (!option) {
      return [];
    }
    const link = button({ name: `Verdict: ${option.safety}, ${titleOf(option)}. ${option.because}`, key: 'd' }, () => this.acts.show('decide'));
    link.classList.add('dw-verdict');
    link.append(safetyBadge(option.safety, titleOf(option)));
    return [link];
  }

  private link(tab: string, text: string): HTMLElement {
    const made = button({ name: `Show ${text}`, text, glyph: 'hazard' }, () => this.acts.show(tab));
    made.classList.add('dw-link');
    return made;
  }
}

/** What is wrong with the logs, and what that means. */
function troubles(hello: HelloAnswer | undefined): HTMLElement[] {
  return (hello?.logs ?? [])
    .filter(log => log.sentence !== '')
    .slice(0, 3)
    .map(log => element('span', { class: 'dw-trouble', role: 'status', title: log.origin }, glyph('hazard'), log.sentence));
}
