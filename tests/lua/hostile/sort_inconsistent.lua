-- table.sort with a comparator that contradicts itself.
-- when: live
-- expect-log: invalid order function

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local t = {}
    for i = 1, 1000 do t[i] = i * 7919 % 1000 end
    table.sort(t, function() return true end)
  end
end
