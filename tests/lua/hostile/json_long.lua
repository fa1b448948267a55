-- json.decode of 100 MB.
-- when: live
-- expect-log: not enough memory

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    json.decode(("["):rep(100000000))
  end
end
