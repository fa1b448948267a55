-- Every shape at 1e308 and -1e308.
-- when: live
-- expect-log: process.lua:

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local far = { 1e308, -1e308, 2 ^ 53, -2 ^ 63, 0.5, -0.0 }
    for _, a in ipairs(far) do
      for _, b in ipairs(far) do
        frame:rectangle(a, b, b, a, { fill = "red", stroke = "blue", radius = 5 })
        frame:line(a, b, b, a, { color = "lime" })
        frame:circle(a, b, 10, { fill = "red" })
        frame:ellipse(a, b, b < 0 and 1 or b, 5, { fill = "red" })
        frame:arc(a, b, 10, a, b, { fill = "red" })
        frame:polyline({ a, b, b, a, a, a })
        frame:polygon({ a, b, b, a, a, a }, { fill = "red", stroke = "blue" })
        frame:text("x", a, b, { outline = "red", background = "blue" })
        frame:pixelate(a, b, b, a, 8)
        frame:blur(a, b, b, a, 8)
        frame:crop(a, b, b, a)
        frame:mean(a, b, b, a)
        frame:blit(frame, a, b)
      end
    end
    error("done")
  end
end
