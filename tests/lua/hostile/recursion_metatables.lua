-- __index that indexes itself without end.
-- when: live
-- expect-log: C stack overflow|stack overflow

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local t = {}
    setmetatable(t, { __index = function(_, k) return t[k] end })
    local _ = t.x
  end
end
