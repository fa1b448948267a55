// The figures of the last five minutes, taken from the stream's state once a second.

const SECONDS = 300;
const STAGES = ['decode', 'convert', 'script', 'encode'];
const CAUSES = ['rate', 'script', 'pool', 'skip', 'failed'];

const WORDS = {
  rate: 'rate limit',
  script: 'script busy',
  pool: 'no buffer',
  skip: 'skipped',
  failed: 'failed',
};

const count = (value) => String(Math.round(value));
const rate = (value) => value.toFixed(1);
const time = (us) =>
  us < 1000 ? `${Math.round(us)} µs` : `${(us / 1000).toFixed(us < 10_000 ? 2 : 1)} ms`;

// The charts: { id, title, format, incrs, series: [{ key, label }] }. incrs: allowed steps of the axis.
export const CHARTS = [
  {
    id: 'fps',
    title: 'Frames per second',
    format: rate,
    series: [
      { key: 'fps_in', label: 'in' },
      { key: 'fps_out', label: 'out' },
    ],
  },
  {
    id: 'script',
    title: 'Script time per frame',
    format: time,
    series: [
      { key: 'p50', label: 'median' },
      { key: 'p99', label: '99th percentile' },
    ],
  },
  {
    id: 'stages',
    title: 'Stage times per frame',
    format: time,
    series: STAGES.map((stage) => ({ key: stage, label: stage })),
  },
  {
    id: 'drops',
    title: 'Dropped frames per second',
    format: rate,
    series: CAUSES.map((cause) => ({ key: `drop_${cause}`, label: WORDS[cause] })),
  },
  {
    id: 'errors',
    title: 'Script errors per second',
    format: rate,
    series: [{ key: 'errors', label: 'errors' }],
  },
  {
    id: 'viewers',
    title: 'Viewers',
    format: count,
    incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
    series: [{ key: 'viewers', label: 'watching' }],
  },
];

const KEYS = CHARTS.flatMap(({ series }) => series.map(({ key }) => key));

export class Samples {
  at = []; // UNIX time in seconds
  values = Object.fromEntries(KEYS.map((key) => [key, []]));
  #before = null; // { drops, errors, at } of the previous state, to make rates from counters

  clear() {
    this.at.length = 0;
    for (const key of KEYS) this.values[key].length = 0;
    this.#before = null;
  }

  // state: of the stream; null if the server did not answer, which leaves a gap.
  add(state, ms) {
    const seconds = ms / 1000;
    if (this.at.length && seconds - this.at.at(-1) < 0.5) return;
    this.at.push(seconds);
    const sample = state ? this.#read(state, seconds) : {};
    for (const key of KEYS) this.values[key].push(sample[key] ?? null);
    if (!state) this.#before = null;
    while (this.at.length && seconds - this.at[0] > SECONDS) {
      this.at.shift();
      for (const key of KEYS) this.values[key].shift();
    }
  }

  #read(state, seconds) {
    const sample = {
      fps_in: state.fps_in,
      fps_out: state.fps_out,
      viewers: state.viewers.total,
      p50: state.script_us?.p50,
      p99: state.script_us?.p99,
    };
    for (const stage of STAGES) sample[stage] = state.stages_us[stage];
    const passed = this.#before && seconds - this.#before.at;
    for (const cause of CAUSES) {
      const more = passed && state.drops[cause] - this.#before.drops[cause];
      sample[`drop_${cause}`] = passed && more >= 0 ? more / passed : null;
    }
    const errors = passed && state.script.errors - this.#before.errors;
    sample.errors = passed && errors >= 0 ? errors / passed : null;
    this.#before = { drops: state.drops, errors: state.script.errors, at: seconds };
    return sample;
  }

  // Returns { now, least, mean, most } of a series, or null if it has no value.
  summary(key) {
    const known = this.values[key].filter((value) => value !== null);
    if (!known.length) return null;
    return {
      now: this.values[key].at(-1),
      least: known.reduce((a, b) => Math.min(a, b)),
      mean: known.reduce((a, b) => a + b) / known.length,
      most: known.reduce((a, b) => Math.max(a, b)),
    };
  }
}
