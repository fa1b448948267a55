-- NaN for a coordinate.
-- when: live
-- expect-log: NaN

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    frame:line(0, 0 / 0, 10, 10)
  end
end
