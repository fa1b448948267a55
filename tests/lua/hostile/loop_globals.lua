-- The globals' __index and __newindex never return, and there is no on_client.
-- when: live
-- join: yes
-- expect-log: stopped after

local calls = 0

function process()
  calls = calls + 1
  if calls == 2 then
    setmetatable(_G, { __index = function() while true do end end })
  end
end
