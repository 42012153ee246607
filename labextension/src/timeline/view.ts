/** The stretch of a chart that is seen, and where on the screen: places to pixels and back. */
export class View {
  from = 0;
  to = 1;
  left = 0;
  right = 1;

  constructor(private end = 1) {}

  /** Take another chart, all of it. */
  reset(end: number): void {
    this.end = end;
    this.fit();
  }

  /** Take a longer chart of the same: what was seen stays, all where all was. */
  extend(end: number): void {
    const { all } = this;
    this.end = end;
    if (all) {
      this.fit();
    }
  }

  fit(): void {
    const margin = this.end * 0.015;
    [this.from, this.to] = [-margin, this.end + margin];
  }

  /** Show a stretch, as far as it is one of this chart. */
  look(from: number, to: number): void {
    if (to > from) {
      this.move(from, Math.max(this.end * 1e-9, Math.min(this.end * 1.2, to - from)));
    }
  }

  /** All of the chart is seen. */
  get all(): boolean {
    return this.from <= 0 && this.to >= this.end;
  }

  get whole(): number {
    return this.end;
  }

  x(place: number): number {
    return this.left + ((place - this.from) / (this.to - this.from)) * (this.right - this.left);
  }

  place(x: number): number {
    return this.from + ((x - this.left) / (this.right - this.left)) * (this.to - this.from);
  }

  /** How much of the chart so many pixels are. */
  length(pixels: number): number {
    return (pixels / Math.max(1, this.right - this.left)) * (this.to - this.from);
  }

  /** Zoom so that the place under `x` stays there; below 1 goes nearer. */
  zoom(factor: number, x: number): void {
    const at = this.place(x);
    const length = Math.max(this.end * 1e-9, Math.min(this.end * 1.2, (this.to - this.from) * factor));
    const share = (at - this.from) / (this.to - this.from);
    this.move(at - share * length, length);
  }

  /** Pan by pixels. */
  pan(pixels: number): void {
    const length = this.to - this.from;
    this.move(this.from + this.length(pixels), length);
  }

  /** Pan as little as needed for a place to be seen; says whether it moved. */
  reveal(place: number): boolean {
    const length = this.to - this.from;
    const edge = length * 0.012; // less than the margin of `fit`: where all is seen, nothing moves
    if (place >= this.from + edge && place <= this.to - edge) {
      return false;
    }
    this.move(place < this.from + edge ? place - length * 0.2 : place - length * 0.8, length);
    return true;
  }

  /** Show the stretch around a place. */
  centre(place: number): void {
    const length = this.to - this.from;
    this.move(place - length / 2, length);
  }

  private move(from: number, length: number): void {
    const margin = Math.max(this.end * 0.015, length * 0.05);
    const low = -margin;
    const high = Math.max(low, this.end + margin - length);
    this.from = length >= this.end + 2 * margin ? (this.end - length) / 2 : Math.max(low, Math.min(high, from));
    this.to = this.from + length;
  }
}
