// Makes the help for a call, field or setting: signature, text, parameters.

import { make } from '../shared/dom.js';

function typeOf({ type, optional }) {
  return `${type}${optional ? '?' : ''}`;
}

// "frame:text(s, x, y, [options]) → w, h"
export function signature(name, described) {
  if (!described.params) return described.type ? `${name}: ${typeOf(described)}` : name;
  const params = described.params.map((param) => (param.optional ? `[${param.name}]` : param.name));
  const returns = described.returns.map((value) => value.name || value.type).join(', ');
  return `${name}(${params.join(', ')})${returns ? ` → ${returns}` : ''}`;
}

function paramRow(param) {
  return [
    make('dt', {}, param.name),
    make('dd', {}, make('code', {}, typeOf(param)), param.doc ? ` ${param.doc}` : ''),
  ];
}

// The fields of a parameter that is a table of options; none for others.
function optionRows({ type }, fieldsOf) {
  return Object.entries(fieldsOf(type.replace(/\?$/, '')))
    .flatMap(([name, field]) => paramRow({ name: `  ${name}`, ...field }));
}

// Describes a setting by its help text and its bounds or choices.
function settingText(setting) {
  const bounds = [
    setting.help,
    setting.choices?.join(', '),
    setting.min !== undefined && `from ${setting.min}`,
    setting.max !== undefined && `to ${setting.max}`,
  ];
  return bounds.filter(Boolean).join('; ');
}

// fieldsOf(type): { name: field } of a class that holds options.
export function helpFor(name, described, fieldsOf = () => ({})) {
  const doc = described.doc ?? settingText(described);
  const body = make(
    'div',
    { className: 'cm-help' },
    make('code', { className: 'cm-help-signature' }, signature(name, described))
  );
  if (described.hook) body.append(make('p', { className: 'cm-help-hook' }, 'Called by moonreel'));
  if (doc) body.append(make('p', {}, doc));
  const rows = [
    ...(described.params ?? []).flatMap((param) => [...paramRow(param), ...optionRows(param, fieldsOf)]),
    ...(described.returns ?? []).filter((value) => value.doc)
      .flatMap((value) => paramRow({ ...value, name: `→ ${value.name}` })),
  ];
  if (rows.length) body.append(make('dl', {}, ...rows));
  return body;
}
