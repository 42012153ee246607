import { Breakpoints } from '../code/breakpoints';
import { Code } from '../code/code';
import { Locals } from '../code/locals';
import { Watches } from '../code/watches';
import { Decide } from '../decide/decide';
import { Details } from '../detail/details';
import { Events } from '../events/events';
import { button } from '../parts/button';
import { element, fill } from '../parts/element';
import { notice, progress } from '../parts/notice';
import { splitter } from '../parts/splitter';
import { Tabs } from '../parts/tabs';
import { Runs } from '../runs/runs';
import { Run } from '../source/run';
import { words, type DataSource } from '../source/source';
import { Timeline } from '../timeline/timeline';
import { WhatIf } from '../whatif/whatif';
import { STATE_LOOKS, STATES } from '../wire';
import { Cursor, type Change } from './cursor';
import { Drawing } from './drawing';
import { Following } from './following';
import { Headline } from './headline';
import { Help } from './help';
import type { Host, Memory } from './host';
import { Keeping } from './keeping';
import { bindKeys, isTyping } from './keys';
import { keyBindings } from './key_bindings';
import { Layout } from './layout';
import { Permit } from './permit';
import { Replays } from './replays';
import { Stepper } from './stepper';
import { Toolbar } from './toolbar';

/** The debugger: panels around one cursor. */
export class App {
  readonly node = element('div', { class: 'dw-app', tabindex: -1 });
  readonly cursor = new Cursor();
  readonly timeline: Timeline;
  readonly runs: Runs;
  private readonly breakpoints = new Breakpoints();
  private readonly stepper: Stepper;
  private readonly toolbar: Toolbar;
  private readonly headline: Headline;
  private readonly layout: Layout;
  private readonly tabs: Tabs;
  private readonly replays: Replays;
  private readonly events: Events;
  private readonly code: Code;
  private readonly locals: Locals;
  private readonly watches: Watches;
  private readonly whatIf: WhatIf;
  private readonly decide: Decide;
  private readonly details: Details;
  private readonly help: Help;
  private readonly face = element('div', { class: 'dw-face' });
  private readonly hint = element('p', { class: 'dw-hint' }, '→ step   ← back   e what if   d decide   h next hazard   ? all keys');
  private readonly theme: MutationObserver;
  private readonly permit: Permit;
  private readonly following: Following;
  private readonly keeping: Keeping;
  private readonly drawing: Drawing;
  /** The list of runs is of before something was appended. */
  private stale = false;

  constructor(
    private readonly source: DataSource,
    private readonly memory: Memory,
    private readonly host: Host = {}
  ) {
    const { cursor } = this;
    const permit = new Permit(host.startKernel, error => this.fail(error));
    this.permit = permit;
    this.replays = new Replays(cursor, source, permit);
    this.stepper = new Stepper(cursor, this.breakpoints, () => this.replays.lines, playing => this.toolbar.setPlaying(playing));
    this.headline = new Headline({ runs: () => this.showRuns(), show: tab => this.showTab(tab) }, permit);
    this.timeline = new Timeline('Timeline', STATES.map(state => STATE_LOOKS[state]), seq => cursor.goTo(seq));
    this.drawing = new Drawing(cursor, source, this.timeline);
    this.runs = new Runs(source, runId => void this.open(runId), permit, host.judges);
    this.events = new Events(cursor, source, () => this.edit());
    this.code = new Code(cursor, source, this.breakpoints, title => this.layout.panels.code.say(`code: ${title}`));
    const replay = { reason: () => this.replays.reason(), start: () => this.replay(), invitation: () => permit.invitation() };
    this.locals = new Locals(cursor, source, replay, spot => this.code.look(spot));
    this.watches = new Watches(cursor, source);
    this.details = new Details(cursor, source, () => this.hazardsCame());
    this.whatIf = new WhatIf(cursor, source, this.replays, permit);
    this.decide = new Decide(cursor, source, permit, runId => void this.open(runId), verdict => this.headline.judge(verdict));
    this.tabs = this.makeTabs();
    const variables = element('div', { class: 'dw-variables' }, this.locals.node, splitter('watches', 'y', this.watches.node, true), this.watches.node);
    this.layout = new Layout({ timeline: this.timeline.node, events: this.events.node, code: this.code.node, locals: variables, detail: this.tabs.node });
    const bindings = keyBindings({ cursor, stepper: this.stepper, timeline: this.timeline, code: this.code, events: this.events, app: this });
    this.help = new Help(bindings);
    this.toolbar = this.makeToolbar();
    this.node.append(this.headline.node, this.toolbar.node, this.face, this.runs.node, this.layout.node, this.help.node);
    if (host.hints) {
      this.node.append(this.hint);
    }
    bindKeys(this.node, bindings);
    cursor.listen(change => this.follow(change));
    this.theme = this.watchTheme();
    this.following = new Following(cursor, source, { wanted: () => this.isSeen() && (host.follows?.() ?? false), came: here => this.newsCame(here) });
    this.keeping = new Keeping(memory, { timeline: this.timeline, layout: this.layout, tabs: this.tabs });
    this.tabs.onShow = name => this.tabShown(name);
    this.see('face');
  }

  /** Ask what there is, and show it. */
  async start(): Promise<void> {
    this.say(notice('running', 'Opening…'));
    try {
      const { body } = await this.source.ask({ ask: 'hello' });
      this.permit.greet(body);
      this.headline.greet(body);
      const remembered = String(this.memory.get('run_id') ?? '');
      if (remembered || body.run_id || body.run_count === 1) {
        await this.goBackTo(remembered || body.run_id);
      } else {
        await this.loadRuns();
        this.runs.focus();
      }
      if (this.host.follows) {
        this.following.start();
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** Open a run, at the event with a number if one is given, else where it hurts. */
  async open(runId: string, seq = 0): Promise<void> {
    this.say(notice('running', `Opening ${runId || 'the run'}…`));
    try {
      const run = await Run.begin(this.source, runId);
      this.see('run');
      this.memory.set('run_id', run.id);
      this.headline.open(run);
      this.cursor.open(run, run.opening(seq));
      this.node.focus({ preventScroll: true });
      if (!run.whole) {
        void this.guarded(() => this.rest(run, seq));
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** The rest of a long run comes page by page. Who did not move meanwhile goes on to where it was meant to open. */
  private async rest(run: Run, seq: number): Promise<void> {
    const { cursor } = this;
    const { at } = cursor;
    await run.finish(this.source, () => {
      const shown = cursor.run === run;
      if (shown) {
        this.say(progress('Reading the events', run.length, run.table.total));
        cursor.grow();
      }
      return shown;
    });
    if (cursor.run === run && cursor.at === at && !cursor.branch) {
      cursor.move(run.opening(seq));
    }
  }

  /** Open a run at the place and the branch at which it was left. */
  private async goBackTo(runId: string): Promise<void> {
    const { edits, stop, zoom } = this.keeping;
    this.timeline.look(zoom);
    await this.open(runId, Number(this.memory.get('cursor') ?? 0));
    if (edits.length && this.cursor.run) {
      this.keeping.branch(edits); // also where nothing can be replayed yet: a kernel may come
      if (!this.replays.reason()) {
        this.timeline.look(zoom);
        await this.guarded(() => this.replays.restore(edits, stop));
      }
    }
  }

  showRuns(): void {
    this.stepper.stop();
    this.memory.set('run_id', '');
    this.headline.open(undefined);
    this.cursor.open(undefined);
    if (this.runs.loaded && !this.stale) {
      this.see('runs');
    } else {
      void this.loadRuns();
    }
    this.runs.focus();
  }

  showTab(name: string): void {
    this.layout.panels.detail.show(true);
    this.tabs.show(name);
    this.tabs.focus();
  }

  edit(): void {
    this.showTab('whatif');
    this.whatIf.edit();
  }

  watch(): void {
    this.layout.panels.locals.show(true);
    this.watches.input.focus();
  }

  search(): void {
    (this.cursor.run ? this.toolbar.search : this.runs.search).focus();
  }

  showHelp(): void {
    this.help.toggle();
  }

  /** Fold or unfold a panel by its number. */
  panel(number: number): void {
    const name = (['timeline', 'events', 'code', 'locals'] as const)[number - 1];
    if (name) {
      const panel = this.layout.panels[name];
      panel.show(true);
      panel.body.querySelector<HTMLElement>('[tabindex="0"], input, button')?.focus();
    }
  }

  async lines(on: boolean): Promise<void> {
    const reason = this.replays.reason();
    this.toolbar.setLines(on && !reason);
    if (reason) {
      return;
    }
    await this.guarded(() => this.replays.setLines(on));
  }

  toggleLines(): void {
    void this.lines(!this.replays.lines);
  }

  async replay(): Promise<void> {
    if (!this.replays.reason()) {
      await this.guarded(() => this.replays.replayRecorded());
    }
  }

  dispose(): void {
    this.following.stop();
    this.stepper.stop();
    this.theme.disconnect();
    this.source.dispose();
    this.node.remove();
  }

  private async loadRuns(): Promise<void> {
    this.see('runs');
    this.stale = false;
    await this.runs.load();
  }

  private makeTabs(): Tabs {
    const tab = (name: string, label: string, title: string, body: HTMLElement) => ({ name, label, title, body });
    return new Tabs('Details', [
      tab('why', 'why', 'Why did it end so? (y)', this.details.why),
      tab('hazards', 'hazards', 'Failure modes that were found (h goes to the next one)', this.details.hazards),
      tab('whatif', 'what if', 'Change a result, replay, compare (e)', this.whatIf.node),
      tab('decide', 'decide', 'May I re-run this? (d)', this.decide.node),
      tab('provenance', 'provenance', 'Which later call used which earlier result', this.details.provenance)
    ]);
  }

  private tabShown(name: string): void {
    this.details.see(name);
    if (name === 'whatif') {
      this.whatIf.aim();
    }
    this.keeping.tab(name);
  }

  private makeToolbar(): Toolbar {
    const { cursor, stepper } = this;
    return new Toolbar(cursor, {
      first: () => cursor.move(0),
      back: () => stepper.step(-1),
      step: () => stepper.step(1),
      last: () => cursor.move(cursor.length - 1),
      play: () => stepper.play(),
      lines: on => void this.lines(on),
      search: text => stepper.search(text),
      edit: () => this.edit(),
      help: () => this.help.toggle(),
      branches: () => this.replays.items(row => void this.guarded(() => this.replays.open(row)), () => this.edit())
    });
  }

  private follow(change: Change): void {
    const { cursor } = this;
    const { run } = cursor;
    void this.drawing.follow(change).catch(error => this.fail(error));
    if (change === 'run' && run) {
      this.details.see(this.tabs.shown);
    }
    this.timeline.select(cursor.row, cursor.track?.time(cursor.at) ?? NaN);
    this.keeping.stand(cursor, change);
  }

  private hazardsCame(): void {
    const { run } = this.cursor;
    this.tabs.note('hazards', run?.findings.length ? String(run.findings.length) : '');
    this.headline.draw();
    this.timeline.pin(run?.pins ?? []);
  }

  /** Say what went wrong where the person looks. */
  private async guarded(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
      fill(this.face);
    } catch (error) {
      this.fail(error);
    }
  }

  private isSeen(): boolean {
    return document.visibilityState === 'visible' && this.node.checkVisibility();
  }

  /** Something was appended. What a person is busy with is not taken away: then it is only said. */
  private async newsCame(here: boolean): Promise<void> {
    const { run, branch, replayed } = this.cursor;
    this.stale = true;
    if (run && !here) {
      return;
    }
    const { body } = await this.source.ask({ ask: 'hello' });
    this.headline.greet(body);
    if (!run) {
      await this.loadRuns();
    } else if (branch || replayed || isTyping(document.activeElement)) {
      const more = button({ name: 'Show the new events', text: 'Show the new events', kind: 'main' }, () => void this.guarded(() => this.takeNews()));
      this.say(element('div', { class: 'dw-news', role: 'status' }, 'The run went on: new events are recorded. ', more));
    } else {
      await this.takeNews();
    }
  }

  /** Read the run again, and stay where the cursor is: at the end, if it stood there. */
  private async takeNews(): Promise<void> {
    const { cursor } = this;
    const [last, seq] = [cursor.at === cursor.length - 1, cursor.seq];
    if (cursor.run) {
      const run = await Run.load(this.source, cursor.run.id);
      fill(this.face);
      this.headline.open(run);
      cursor.open(run, last ? run.length - 1 : Math.max(0, run.find(seq)));
    }
  }

  private see(what: 'face' | 'runs' | 'run'): void {
    if (what !== 'face') {
      fill(this.face);
    }
    this.runs.node.hidden = what !== 'runs';
    this.layout.node.hidden = what !== 'run';
    this.toolbar.node.hidden = this.hint.hidden = what !== 'run';
  }

  private say(face: HTMLElement): void {
    fill(this.face, face);
  }

  /** Say what went wrong, and what would help. */
  fail(error: unknown): void {
    const { title, hint } = words(error);
    this.say(notice('hazard', title, hint, ...this.permit.wayOut(error)));
  }

  /** The canvas does not follow the theme by itself. */
  private watchTheme(): MutationObserver {
    const seen = new MutationObserver(() => this.timeline.repaint());
    seen.observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-light', 'data-jp-theme-name', 'class'] });
    return seen;
  }
}
