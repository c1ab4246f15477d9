// line 2: Missing required section "stages"
pipeline { agent any }
