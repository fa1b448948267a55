-- require of a module that never returns.
-- when: trial
-- expect-log: stopped after

require("hostile_module")

function process() end
