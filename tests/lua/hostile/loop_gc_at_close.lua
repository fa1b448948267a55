-- An endless loop in the __gc of what is only collected at the end.
-- when: trial
-- expect-log: stopped after
-- off: no
-- engine: no

setmetatable({}, { __gc = function() while true do end end })

function process() end
