-- json.decode of a million brackets.
-- when: live
-- expect-log: maximum parsing depth

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    json.decode(("["):rep(1000000))
  end
end
