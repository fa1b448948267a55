-- Circles over the whole frame without end.
-- when: live
-- expect-log: stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    while true do frame:circle(80, 60, 5000, { fill = "#f008", stroke = "#0f08", line_width = 1000 }) end
  end
end
