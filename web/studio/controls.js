// Makes a control for each type of setting: { nodes, set(value), kind }. Calls changed(value) when a
// person changes the value, never because of set().

import { make } from '../shared/dom.js';
import { formatColor, hasAlpha, parseColor } from './color.js';

const STEPS = 200; // steps of a slider whose setting has none
const FEW = 4; // up to this many choices are shown at once,
const SHORT = 28; // if they have no more than this many letters together

function number(setting, id, changed) {
  const { min, max } = setting;
  const step = setting.step ?? 'any';
  const field = make('input', { type: 'number', id, step, inputMode: 'decimal' });
  if (min !== undefined) field.min = min;
  if (max !== undefined) field.max = max;
  const nodes = [field];
  let slider = null;
  if (min !== undefined && max !== undefined) {
    slider = make('input', { type: 'range', ariaLabel: `${setting.name}, slider` });
    Object.assign(slider, { min, max, step: setting.step ?? sliderStep(setting) });
    slider.oninput = () => {
      field.value = slider.value;
      changed(Number(slider.value));
    };
    nodes.unshift(slider);
  }
  field.oninput = () => {
    if (field.value === '' || Number.isNaN(field.valueAsNumber)) return;
    if (slider) slider.value = field.value;
    changed(field.valueAsNumber);
  };
  const set = (value) => {
    if (field.valueAsNumber !== value) field.value = value; // keeps "1.50" as it was typed
    if (slider) slider.value = value;
  };
  return { nodes, set, kind: slider ? 'range' : 'number' };
}

// Returns 1 if the declaration has only whole numbers and a range of at least 10.
function sliderStep({ min, max, default: start }) {
  const whole = [min, max, start].every(Number.isInteger) && max - min >= 10;
  return whole ? 1 : (max - min) / STEPS;
}

function toggle(setting, id, changed) {
  const field = make('input', { type: 'checkbox', id, role: 'switch', className: 'switch' });
  field.onchange = () => changed(field.checked);
  return {
    nodes: [field],
    set: (value) => {
      field.checked = value;
    },
    kind: 'toggle',
  };
}

function text(setting, id, changed) {
  const field = make('input', { type: 'text', id, spellcheck: false, autocomplete: 'off' });
  field.oninput = () => changed(field.value);
  return {
    nodes: [field],
    set: (value) => {
      field.value = value;
    },
    kind: 'text',
  };
}

function choice(setting, id, changed) {
  const { choices } = setting;
  if (choices.length > FEW || choices.join('').length > SHORT) {
    const field = make(
      'select',
      { id },
      ...choices.map((value) => make('option', { value }, value))
    );
    field.onchange = () => changed(field.value);
    return {
      nodes: [field],
      set: (value) => {
        field.value = value;
      },
      kind: 'select',
    };
  }
  const radios = choices.map((value) =>
    make('input', { type: 'radio', name: id, value, onchange: () => changed(value) })
  );
  const group = make(
    'div',
    { className: 'segments', role: 'radiogroup', ariaLabel: setting.name },
    ...radios.map((radio) => make('label', {}, radio, make('span', {}, radio.value)))
  );
  const set = (value) =>
    radios.forEach((radio) => {
      radio.checked = radio.value === value;
    });
  return { nodes: [group], set, kind: 'segments' };
}

// The browser's picker has no alpha. If the script uses alpha, a slider for it is shown.
function color(setting, id, changed) {
  const field = make('input', {
    type: 'text',
    id,
    spellcheck: false,
    autocomplete: 'off',
    className: 'color-text',
  });
  const picker = make('input', { type: 'color', ariaLabel: `${setting.name}, picker` });
  const alpha = make('input', {
    type: 'range',
    min: 0,
    max: 1,
    step: 0.01,
    ariaLabel: `${setting.name}, opacity`,
    className: 'alpha',
  });
  const pick = () => {
    field.value = formatColor({ rgb: picker.value, alpha: Number(alpha.value) }, !alpha.hidden);
    changed(field.value);
  };
  picker.oninput = pick;
  alpha.oninput = pick;
  const follow = (value) => {
    const parsed = parseColor(value);
    if (!parsed) return;
    picker.value = parsed.rgb;
    alpha.value = parsed.alpha;
    alpha.hidden = !hasAlpha(value) && !hasAlpha(setting.default);
  };
  field.oninput = () => {
    follow(field.value);
    changed(field.value);
  };
  const set = (value) => {
    field.value = value;
    follow(value);
  };
  return { nodes: [picker, field, alpha], set, kind: 'color' };
}

function button(setting, id, changed) {
  const node = make('button', { type: 'button', id, onclick: () => changed(true) }, setting.name);
  return { nodes: [node], set: () => {}, kind: 'button' };
}

const CONTROLS = { number, boolean: toggle, text, choice, color, button };

export function makeControl(setting, id, changed) {
  return CONTROLS[setting.type](setting, id, changed);
}
