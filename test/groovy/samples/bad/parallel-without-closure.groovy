// parallel takes closures only
def work() { 'done' }
parallel a: work(), b: { echo 'b' }
