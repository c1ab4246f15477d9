// No such DSL method 'ech' found among steps
ech 'hello'
