-- Texts of every size and outline, without end.
-- when: live
-- expect-log: stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local i = 0
    while true do
      i = i + 1
      frame:text("\xff\u{10FFFF}" .. i, 0, 0, { size = 1 + i % 1000, outline = "red", line_width = 1000 })
    end
  end
end
