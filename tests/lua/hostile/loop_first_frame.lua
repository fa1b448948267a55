-- An endless loop in the first frame, which a version is tried on.
-- when: trial
-- expect-log: stopped after

function process()
  while true do end
end
