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

export function helpFor(name, described) {
  const doc = described.doc ?? settingText(described);
  const body = make(
    'div',
    { className: 'cm-help' },
    make('code', { className: 'cm-help-signature' }, signature(name, described))
  );
  if (described.hook) body.append(make('p', { className: 'cm-help-hook' }, 'Called by moonreel'));
  if (doc) body.append(make('p', {}, doc));
  if (described.params?.length) body.append(make('dl', {}, ...described.params.flatMap(paramRow)));
  return body;
}
