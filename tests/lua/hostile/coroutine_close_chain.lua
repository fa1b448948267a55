-- 20,000 coroutines, each of which closes the next one when it is closed.
-- when: live
-- expect-log: more than 100 within each other|stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local co
    for _ = 1, 20000 do
      local inner = co
      co = coroutine.create(function()
        local guard <close> = setmetatable({}, {
          __close = function() if inner then assert(coroutine.close(inner)) end end,
        })
        coroutine.yield()
      end)
      coroutine.resume(co)
    end
    local _, message = coroutine.close(co)
    error(message:sub(-100))
  end
end
