// No such DSL method 'automationStack' found among steps
automationStack()
