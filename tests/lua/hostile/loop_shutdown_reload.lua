-- An endless loop in shutdown when the next version takes over.
-- when: reload
-- expect-log: stopped after

function shutdown()
  while true do end
end

function process() end
