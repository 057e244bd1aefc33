// What the resource group may cost in a month. It warns; it stops nothing.

@description('Name of the budget.')
param name string

@description('Money in a month, in the currency that the subscription is billed in.')
@minValue(1)
param amount int

@description('First day of a month, from which it counts. It cannot be changed later.')
@minLength(10)
@maxLength(10)
param startDate string

@description('Who is told.')
param contactEmail string

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: startDate
    }
    notifications: {
      mostIsSpent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: [
          contactEmail
        ]
      }
      willBeExceeded: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: [
          contactEmail
        ]
      }
    }
  }
}
