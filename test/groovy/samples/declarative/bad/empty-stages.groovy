// line 4: No stages specified
pipeline {
    agent any
    stages { }
}
