// Draws the figures as curves, with the newest values as text beside them, and a table for people who
// cannot see the curves. Loaded on demand.

import uPlot from 'uplot';

import { make, setText } from '../shared/dom.js';
import { CHARTS } from './samples.js';

const HEIGHT = 120;
const COLORS = 5; // --series-1 …
const SHORTEST = 60; // the time axis shows at least this many seconds

export class Graphs {
  #samples;
  #charts;
  #host;
  #tableAt = 0;

  constructor(host, samples) {
    this.#samples = samples;
    this.#host = host;
    this.#charts = CHARTS.map((chart) => this.#make(chart));
    host.replaceChildren(...this.#charts.map(({ figure }) => figure));
    for (const chart of this.#charts) this.#plot(chart);
    new ResizeObserver(() => this.#resize()).observe(host);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#redraw());
    this.update();
  }

  update() {
    for (const chart of this.#charts) {
      for (const { key, output } of chart.series) {
        const now = this.#samples.values[key].at(-1) ?? null;
        setText(output, now === null ? '–' : chart.format(now));
      }
      if (chart.plot) chart.plot.setData(this.#data(chart));
    }
    if (Date.now() - this.#tableAt < 5000) return;
    this.#tableAt = Date.now();
    for (const chart of this.#charts) this.#fillTable(chart);
  }

  #data({ series }) {
    return [this.#samples.at, ...series.map(({ key }) => this.#samples.values[key])];
  }

  #make({ id, title, format, series, incrs }) {
    const shown = series.map(({ key, label }, index) => {
      const output = make('output', {}, '–');
      const item = make(
        'span',
        { className: 'value', dataset: { series: index + 1 } },
        make('i', {}),
        `${label} `,
        output
      );
      return { key, label, output, item };
    });
    const stage = make('div', { className: 'plot', ariaHidden: 'true' });
    const body = make('tbody');
    const table = make(
      'table',
      { className: 'for-readers' },
      make('caption', {}, `${title}, last five minutes`),
      make(
        'thead',
        {},
        make(
          'tr',
          {},
          ...['', 'now', 'minimum', 'mean', 'maximum'].map((text) => make('th', { scope: 'col' }, text))
        )
      ),
      body
    );
    const figure = make(
      'figure',
      { className: 'chart', id: `chart-${id}` },
      make(
        'figcaption',
        {},
        make('h3', {}, title),
        make('p', { className: 'values' }, ...shown.map(({ item }) => item))
      ),
      stage,
      table
    );
    return { figure, stage, body, format, incrs, series: shown, plot: null };
  }

  #fillTable({ body, format, series }) {
    body.replaceChildren(
      ...series.map(({ key, label }) => {
        const sums = this.#samples.summary(key);
        const cells = ['now', 'least', 'mean', 'most'].map((name) =>
          make('td', {}, sums && sums[name] !== null ? format(sums[name]) : 'unknown')
        );
        return make('tr', {}, make('th', { scope: 'row' }, label), ...cells);
      })
    );
  }

  #plot(chart) {
    const style = getComputedStyle(this.#host);
    const color = (name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: color('--dim'),
      font: `11px ${color('--sans')}`,
      grid: { stroke: color('--line'), width: 1 },
      ticks: { show: false },
    };
    chart.plot?.destroy();
    chart.plot = new uPlot(
      {
        width: Math.max(120, chart.stage.clientWidth),
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        padding: [8, 24, 0, 0],
        scales: {
          x: { range: (_, first, last) => [Math.min(first, last - SHORTEST), last] },
          y: { range: (_, least, most) => [0, most > 0 ? most * 1.1 : 1] },
        },
        axes: [
          { ...axis, space: 72, size: 24, values: (_, at) => at.map(clock) },
          {
            ...axis,
            size: 56,
            space: 28,
            incrs: chart.incrs,
            values: (_, values) => values.map((value) => chart.format(value)),
          },
        ],
        series: [
          {},
          ...chart.series.map((_, index) => ({
            stroke: color(`--series-${(index % COLORS) + 1}`),
            width: 1.5,
            points: { show: false },
          })),
        ],
      },
      this.#data(chart),
      chart.stage
    );
  }

  #redraw() {
    for (const chart of this.#charts) this.#plot(chart);
  }

  #resize() {
    for (const { plot, stage } of this.#charts) {
      const width = Math.max(120, stage.clientWidth);
      if (plot.width !== width) plot.setSize({ width, height: HEIGHT });
    }
  }
}

function clock(seconds) {
  return new Date(seconds * 1000).toTimeString().slice(0, 8);
}
