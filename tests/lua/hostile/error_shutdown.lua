-- An error in shutdown.
-- when: reload
-- expect-log: shutdown: process.lua

function shutdown()
  error({})
end

function process() end
