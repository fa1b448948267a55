-- A kernel whose function never returns.
-- when: trial
-- expect-log: stopped after

kernel(function() while true do end end)

function process() end
