import type { Cursor } from '../app/cursor';
import type { Permit } from '../app/permit';
import { element, fill } from '../parts/element';
import { notice } from '../parts/notice';
import { words, type DataSource } from '../source/source';
import type { Doubt, Option, VerdictAnswer } from '../wire';
import { doubtRow } from './doubt';
import { optionRow, type Leads } from './option';
import { planBox } from './plan';
import { decisionRecord } from './record';

/** May I re-run this? Options with their reasons, doubts to settle, the dry run, the deed, the record. */
export class Decide {
  readonly node = element('div', { class: 'dw-decide', 'data-roomy': true });
  private readonly word = element('div', { role: 'status' });
  private readonly doubts = element('div', {});
  private readonly options = element('div', { class: 'dw-options' });
  private readonly plan = element('div', {});
  private readonly record = element('div', {});
  private loaded = '';
  private leads: Leads = { go: seq => this.cursor.goTo(seq), evidence: {} };
  /** The run of which is said how an action upon it ended: that stays when the run is read again. */
  private acted = '';

  constructor(
    private readonly cursor: Cursor,
    private readonly source: DataSource,
    private readonly permit: Permit,
    private readonly onActed: (runId: string) => void,
    private readonly onVerdict: (verdict: VerdictAnswer) => void
  ) {
    this.node.append(this.word, this.doubts, this.options, this.plan, this.record);
    cursor.listen(change => {
      if (change === 'run') {
        if (cursor.run?.id !== this.acted) {
          this.acted = '';
          fill(this.plan);
        }
        void this.load();
      }
    });
  }

  /** Judge the run again. */
  async load(): Promise<void> {
    const { run } = this.cursor;
    this.loaded = run?.id ?? '';
    if (!run) {
      return;
    }
    fill(this.options, notice('running', 'Judging…'));
    try {
      const { body } = await this.source.ask({ ask: 'verdict', run_id: run.id });
      if (this.loaded === run.id) {
        this.show(body);
        const record = await this.source.ask({ ask: 'decision', run_id: run.id });
        fill(this.record, decisionRecord(record.body, seq => this.cursor.goTo(seq)));
      }
    } catch (error) {
      this.fail(this.options, error);
    }
  }

  private show(verdict: VerdictAnswer): void {
    this.onVerdict(verdict);
    this.leads = { ...this.leads, evidence: verdict.evidence };
    const basis = verdict.with_code ? '' : ' Judged by the log and the declared kinds alone; the code was not replayed.';
    fill(this.word, element('p', { class: 'dw-advice' }, element('strong', {}, verdict.advice), basis));
    this.word.append(...verdict.surplus.map(text => element('p', { class: 'dw-warn' }, text)), ...this.permit.invitation());
    this.showDoubts(verdict.in_doubt);
    fill(this.options, ...verdict.options.map(option => optionRow(option, this.leads, chosen => void this.dryRun(chosen, [], ''))));
  }

  private showDoubts(doubts: readonly Doubt[]): void {
    const acts = {
      forbidden: this.permit.notToAct(),
      leads: this.leads,
      probe: (doubt: Doubt) => void this.probe(doubt),
      resolve: (doubt: Doubt, happened: boolean, result: string | undefined, why: string) => void this.resolve(doubt, happened, result, why)
    };
    const rows = doubts.map(doubt => doubtRow(doubt, acts));
    fill(this.doubts, ...(rows.length ? [element('h4', {}, 'In doubt'), element('ul', { class: 'dw-doubts' }, ...rows)] : []));
  }

  private async dryRun(option: Option, accept: string[], why: string): Promise<void> {
    const runId = this.cursor.run?.id ?? '';
    const asked = { run_id: runId, action: option.action, from_step: option.from_step, accept };
    this.acted = '';
    fill(this.plan, notice('running', 'Dry run…'));
    try {
      const { body } = await this.source.ask({ ask: 'plan', ...asked });
      const box = planBox(body, accept, why, {
        accept: ids => void this.dryRun(option, ids, this.plan.querySelector<HTMLInputElement>('.dw-why-input')?.value ?? ''),
        act: grounds => void this.act(asked, grounds),
        leads: this.leads
      });
      fill(this.plan, box);
      box.scrollIntoView({ block: 'nearest' });
    } catch (error) {
      this.fail(this.plan, error);
    }
  }

  private async act(asked: { run_id: string; action: Option['action']; from_step: string; accept: string[] }, why: string): Promise<void> {
    fill(this.plan, notice('running', 'Acting; the decision is written into the log first…'));
    try {
      const { body } = await this.source.ask({ ask: 'act', ...asked, why });
      this.acted = body.new_run_id || body.run_id;
      this.onActed(this.acted);
      fill(this.plan, notice(body.ended === 'completed' ? 'done' : 'failed', `${asked.action}: ${body.ended}`, body.text));
    } catch (error) {
      this.fail(this.plan, error);
    }
  }

  private async probe(doubt: Doubt): Promise<void> {
    fill(this.plan, notice('running', `Asking ${doubt.probe}…`));
    try {
      const { body } = await this.source.ask({ ask: 'probe', run_id: this.cursor.run?.id ?? '', step: doubt.step });
      fill(this.plan, ...body.rows.map(row => notice(row.happened === null ? 'question' : row.happened ? 'done' : 'close', row.text, row.result, row.error)));
      const record = element('p', { class: 'dw-faint' }, 'Not written yet: Happened or Did not happen records it.');
      this.plan.append(record);
    } catch (error) {
      this.fail(this.plan, error);
    }
  }

  private async resolve(doubt: Doubt, happened: boolean, result: string | undefined, why: string): Promise<void> {
    const value = result === undefined ? {} : { result: { json: result } };
    try {
      await this.source.ask({ ask: 'resolve', run_id: this.cursor.run?.id ?? '', step: doubt.seq ? String(doubt.seq) : doubt.step, happened, why, ...value });
      this.onActed(this.cursor.run?.id ?? '');
    } catch (error) {
      this.fail(this.plan, error);
    }
  }

  private fail(where: HTMLElement, error: unknown): void {
    const { title, hint } = words(error);
    fill(where, notice('hazard', title, hint));
  }
}
