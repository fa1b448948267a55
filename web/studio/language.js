// Lua for the editors: highlighting, indentation and comments.

import { indentUnit, StreamLanguage } from '@codemirror/language';
import { lua } from '@codemirror/legacy-modes/mode/lua';

import { theme } from './editor_theme.js';

export const luaText = [StreamLanguage.define(lua), indentUnit.of('  '), theme];
