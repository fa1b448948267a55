-- A PNG that ends early.
-- when: live
-- expect-log: image 'truncated.png'

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    image("truncated.png")
  end
end
