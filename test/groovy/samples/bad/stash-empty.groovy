// No files included in stash
node { stash name: 'plans', includes: '*.tfplan' }
