-- An endless loop in on_message.
-- when: live
-- send: {"go":true}
-- expect-log: stopped after

function on_message()
  while true do end
end

function process() end
