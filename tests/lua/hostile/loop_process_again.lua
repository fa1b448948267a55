-- An endless loop in every third frame, however often it is started again.
-- when: live
-- again: yes
-- expect-log: stopped after
-- expect-log: runs again

local calls = 0

function process()
  calls = calls + 1
  if calls == 3 then while true do end end
end
