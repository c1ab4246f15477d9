// No such saved stash
node { unstash 'plans' }
