-- A label and a clock on the picture; the number of viewers in the payload.

settings = {
  label = { "Front yard", help = "text in the corner" },
  format = { "%Y-%m-%d %H:%M:%S", help = "format of os.date" },
}

function process(frame)
  local look = { size = frame.height / 24, color = "#fff", background = "#0009", padding = 6, radius = 4 }
  local clock = os.date(settings.format, math.floor(frame.time))
  frame:text(settings.label, 12, 12, look)
  look.anchor = "top-right"
  frame:text(clock, frame.width - 12, 12, look)
  return { clock = clock, viewers = frame.viewers }
end
