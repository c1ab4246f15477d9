// FAILURE: caught first, cleaned up, second
try {
    error 'first'
} catch (hudson.AbortException problem) {
    echo "caught $problem.message"
} finally {
    echo 'cleaned up'
}
try {
    error 'caught first, cleaned up, second'
} finally {
    echo 'cleaned up again'
}
