-- The globals' __index and __newindex never return, and there is no on_client.
-- when: live
-- join: yes
-- expect-log: stopped after

function init()
  setmetatable(_G, { __index = function() while true do end end })
end

function process() end
