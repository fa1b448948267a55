-- table.sort with a comparator that never returns.
-- when: live
-- expect-log: stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    table.sort({ 3, 1, 2 }, function() while true do end end)
  end
end
