// waits inside node
node { input 'Deploy?' }
