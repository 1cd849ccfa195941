import { css, html, LitElement, type TemplateResult, unsafeCSS } from "lit";
import uPlot from "uplot";
import sheet from "uplot/dist/uPlot.min.css?inline";
import { timeOfDay } from "../words.ts";
import type { Lines } from "./series.ts";

const HEIGHT = 150;
/** At least so much time is shown, s, so that a line does not begin as a jump. */
const SPAN = 180;
/** Distances of the times below the chart, s. */
const STEPS = [60, 120, 300, 600] as const;
/** Colours that keep apart for people who see few of them, light on dark and dark on light; after Okabe and Ito. */
const COLOURS = ["#0a86a0", "#d55e00", "#7b61c9", "#1f9d6b", "#c2589a", "#8a7a00"] as const;

/** A small line chart of the last minutes; what it shows is also said in words for those who cannot see it. */
export class AirChart extends LitElement {
  static override styles = [
    unsafeCSS(sheet),
    css`
      :host { display: block; }
      ul { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .3rem 0 0; padding: 0; font-size: .85rem; color: var(--soft); }
      li::before { content: ""; display: inline-block; width: .7rem; height: .7rem; border-radius: 3px; margin-right: .35rem; background: var(--line-colour); }
      b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
    `,
  ];
  static override properties = {
    lines: { attribute: false },
    moment: { attribute: false },
    label: {},
    unit: {},
  };
  declare lines: Lines | undefined;
  /** Changes with every sample, so that the chart is drawn anew. */
  declare moment: number;
  declare label: string;
  declare unit: string;
  #plot: uPlot | undefined;
  #names = "";
  readonly #resize = new ResizeObserver(([entry]) => {
    if (entry !== undefined) this.#plot?.setSize({ width: entry.contentRect.width, height: HEIGHT });
  });

  override render(): TemplateResult {
    return html`<div role="img" aria-label=${this.label}></div>
      <ul>${this.lines?.series.map(
        ({ name, values }, at) =>
          html`<li style="--line-colour:${colourOf(at)}">${name} <b>${figure(values.at(-1) ?? null, this.unit)}</b></li>`,
      )}</ul>`;
  }

  override updated(): void {
    const place = this.renderRoot.querySelector("div");
    if (place === null || this.lines === undefined || this.lines.times.length < 2) return;
    const names = this.lines.series.map((one) => one.name).join("\n");
    if (this.#plot === undefined || names !== this.#names) {
      this.#plot?.destroy();
      this.#plot = this.#make(place);
      this.#names = names;
      this.#resize.observe(this);
    }
    this.#plot.setData(columns(this.lines));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #make(place: HTMLElement): uPlot {
    const lines = this.lines ?? { times: [], series: [] };
    const style = getComputedStyle(this);
    const axis = {
      stroke: () => style.getPropertyValue("--soft"),
      grid: { stroke: () => style.getPropertyValue("--line"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui",
    };
    const series = lines.series.map(({ name }, at) => ({
      label: name,
      stroke: colourOf(at),
      width: 2,
      points: { show: false },
    }));
    const options: uPlot.Options = {
      width: this.clientWidth || 300,
      height: HEIGHT,
      cursor: { y: false, drag: { setScale: false } },
      legend: { show: false },
      scales: {
        x: { range: (_, least, most) => [Math.min(least, most - SPAN), most] },
        y: { range: (_, _least, most) => [0, Math.max(1, (most ?? 1) * 1.1)] },
      },
      axes: [
        { ...axis, size: 26, space: 90, incrs: [...STEPS], values: (_, times) => times.map(timeOfDay) },
        { ...axis, size: 44 },
      ],
      series: [{}, ...series],
    };
    return new uPlot(options, columns(lines), place);
  }
}

const colourOf = (at: number): string => COLOURS[at % COLOURS.length] ?? "";

const figure = (value: number | null, unit: string): string =>
  value === null ? "—" : `${Math.round(value)} ${unit}`;

const columns = ({ times, series }: Lines): uPlot.AlignedData => [
  [...times],
  ...series.map((one) => one.values),
];
