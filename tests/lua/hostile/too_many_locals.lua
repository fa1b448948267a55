-- 300 local variables.
-- when: trial
-- expect-log: too many local variables

assert(load("local " .. ("x,"):rep(300) .. "x"))

function process() end
