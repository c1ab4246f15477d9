// FAILURE: ERROR: a is broken
parallel a: { error 'a is broken' }, b: { echo 'b went on'; echo 'to its end' }
