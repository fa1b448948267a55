-- A file that is no Lua.
-- when: trial
-- expect-log: process.lua:

?$%&/()
