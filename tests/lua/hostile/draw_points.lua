-- A polyline of a hundred thousand points.
-- when: live
-- expect-log: at most 1024 points expected

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local points = {}
    for i = 1, 200000 do points[i] = i % 100 end
    frame:polyline(points)
  end
end
