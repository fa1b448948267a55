-- A label and five boxes, as a detector draws them; they move, so nothing is the same in two frames.
local label = { size = 24, color = "#fff", background = "#000a", padding = 6 }
local box = { stroke = "#ff8800", line_width = 3 }

function process(frame)
  local shift = frame.index % 100
  frame:text("moonreel 1280x720", 16, 16, label)
  for i = 0, 4 do
    frame:rectangle(60 + i * 220 + shift, 120 + i * 90, 160, 120, box)
  end
  return { boxes = 5 }
end
