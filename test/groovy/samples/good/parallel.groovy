// SUCCESS: a=1 b=2
def work = [:]
['a', 'b'].eachWithIndex { name, index ->
    work[name] = { stage("Build $name") { node { sh "echo $name > out" } }; index + 1 }
}
def got = parallel(work)
echo "a=$got.a b=$got.b"
