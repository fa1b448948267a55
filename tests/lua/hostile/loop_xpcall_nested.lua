-- Handlers of xpcall that call xpcall with handlers.
-- when: live
-- expect-log: stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local function handle()
      while true do xpcall(error, handle) end
    end
    handle()
  end
end
