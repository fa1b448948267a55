-- An endless loop in init.
-- when: trial
-- expect-log: stopped after

function init()
  while true do end
end

function process() end
