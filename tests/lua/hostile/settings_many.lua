-- 65 settings.
-- when: trial
-- expect-log: process.lua

settings = {}
for i = 1, 65 do settings["s" .. i] = { i } end

function process() end
