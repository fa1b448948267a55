-- There is no process.
-- when: trial
-- expect-log: there is no function process

process = 5
