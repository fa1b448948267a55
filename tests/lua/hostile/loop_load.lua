-- An endless loop while the file itself is run.
-- when: trial
-- expect-log: stopped after

while true do end

function process() end
