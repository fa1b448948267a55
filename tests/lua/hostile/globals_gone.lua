-- Every global is taken away, process as well.
-- when: live
-- join: yes
-- expect-log: process

local calls, pairs = 0, pairs

function process()
  calls = calls + 1
  if calls == 3 then
    for name in pairs(_G) do _G[name] = nil end
  end
end
