-- 300 timers, 200 times a second each.
-- when: live
-- expect-payload: "many":true

local count = 0

function init()
  for _ = 1, 300 do every(0.005, function() count = count + 1 end) end
end

function process()
  return { many = count > 300 }
end
